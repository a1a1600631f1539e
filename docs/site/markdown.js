import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './layout.js'

/** Files and folders that pages link to and that are no pages, as paths from the root. */
const sources = new Set()

/** The anchor of a heading, as code hosts make it. */
export function slug(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replace(/ /g, '-')
}

/** A relative link is of the file that holds it. One to a page leads to its address, one to another file to a copy under files/. */
export function links(md, { rewrites, base }) {
  md.core.ruler.push('repository-links', state => {
    const here = path.dirname(path.relative(ROOT, state.env.realPath ?? state.env.path))
    for (const block of state.tokens) {
      for (const token of block.children ?? []) {
        const href = token.type === 'link_open' && token.attrGet('href')
        if (href && !/^([a-z]+:|#|\/)/i.test(href)) {
          lead(token, here, href)
        }
      }
    }
  })

  function lead(token, here, href) {
    const [, file, anchor] = /^([^#]*)(#.*)?$/.exec(href)
    const target = path.posix.join(here, decodeURI(file)).replace(/\/$/, '')
    const page = rewrites[target] ?? rewrites[target + '/README.md']
    if (page) {
      token.attrSet('href', '/' + page + (anchor ?? ''))
      return
    }
    if (!target.startsWith('..') && fs.existsSync(path.join(ROOT, target))) {
      sources.add(target)
    }
    token.attrSet('href', `${base}files/${target}.html`)
    token.attrSet('target', '_self') // VitePress takes it for no page of its own
  }
}

/** A fence of Mermaid is drawn in the browser, by the copy that is bundled here. */
export function diagrams(md) {
  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, index, ...rest) => tokens[index].info.trim() === 'mermaid'
    ? `<Mermaid code="${encodeURIComponent(tokens[index].content)}" />`
    : fence(tokens, index, ...rest)
}

/** An indented block of code looks like a fenced one. */
export function indentedCode(md) {
  md.renderer.rules.code_block = (tokens, index, ...rest) => {
    tokens[index].info = 'sh'
    return md.renderer.rules.fence(tokens, index, ...rest)
  }
}

/** Pages are compiled as templates of Vue: what looks like one of its expressions is text here. */
export function plainText(md) {
  for (const rule of ['text', 'code_inline']) {
    const render = md.renderer.rules[rule]
    md.renderer.rules[rule] = (...all) => render(...all).replace(/{{/g, '&#123;&#123;')
  }
}

/** Writes what pages link to and what is no page, each file as a page of text, each folder as a list. */
export function writeSources(site) {
  for (const source of sources) {
    write(site, source)
  }
}

function write(site, source) {
  const from = path.join(ROOT, source)
  const folder = fs.statSync(from).isDirectory()
  const names = folder ? fs.readdirSync(from).filter(name => !name.startsWith('.') && name !== 'node_modules').sort() : []
  const to = path.join(site, 'files', source + '.html')
  const body = folder
    ? '<ul>' + names.map(name => `<li><a href="${escape(path.basename(source) + '/' + name)}.html">${escape(name)}</a></li>`).join('') + '</ul>'
    : `<pre>${escape(fs.readFileSync(from, 'utf8'))}</pre>`
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.writeFileSync(to, `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`
    + `<meta name="color-scheme" content="light dark"><title>${escape(source)}</title><h1 style="font:bold 18px sans-serif">`
    + `${escape(source)}</h1>${body}</html>\n`)
  names.forEach(name => write(site, source + '/' + name))
}

function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
}
