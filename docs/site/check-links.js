import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './layout.js'

/** Ends with 1 if a page of the built site leads to a page, file or anchor of it that is not there, or loads from elsewhere. */
const site = path.join(ROOT, 'target/site')
const base = process.env.DOCS_BASE ?? '/'
const pages = fs.readdirSync(site, { recursive: true }).map(String).filter(name => name.endsWith('.html'))
const texts = new Map(pages.map(page => [page, fs.readFileSync(path.join(site, page), 'utf8')]))
const anchors = new Map([...texts].map(([page, text]) => [page, new Set([...text.matchAll(/ id="([^"]*)"/g)].map(found => found[1]))]))
const wrong = []

for (const [page, text] of texts) {
  for (const [, attribute, value] of text.matchAll(/ (href|src|srcset)="([^"]*)"/g)) {
    const link = value.replace(/&amp;/g, '&').replace(/&quot;/g, '"')
    if (/^[a-z]+:/i.test(link)) {
      if (attribute !== 'href' || new RegExp(`<link[^>]* href="${link.replace(/\W/g, '\\$&')}"`).test(text)) {
        wrong.push(`${page} loads ${link} from elsewhere`)
      }
      continue
    }
    const [file, anchor] = decodeURI(link).split('#')
    const target = file === '' ? page : file.startsWith(base) ? file.slice(base.length) : path.posix.join(path.posix.dirname(page), file)
    const found = [target, path.posix.join(target, 'index.html')].find(name => fs.statSync(path.join(site, name), { throwIfNoEntry: false })?.isFile())
    if (!found) {
      wrong.push(`${page} leads to ${link}, which is not there`)
    } else if (anchor && anchors.has(found) && !anchors.get(found).has(anchor)) {
      wrong.push(`${page} leads to ${link}, where there is no such heading`)
    }
  }
}
console.log(`${pages.length} pages, ${wrong.length} wrong links`)
if (wrong.length > 0) {
  console.error([...new Set(wrong)].join('\n'))
  process.exit(1)
}
