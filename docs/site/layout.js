import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Pages that are not under docs/, and those whose address differs from their name. */
const REWRITES = {
  'README.md': 'index.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
  'SECURITY.md': 'security.md',
  'docs/README.md': 'contents.md'
}

/** The order of the menu. A page of docs/ that is not here stands at the end of its folder's group, or under More. */
const GROUPS = {
  'Start': ['docs/start.md', 'docs/install.md', 'docs/follow.md', 'docs/examples/README.md'],
  'Configure': ['docs/configure.md', 'docs/access.md'],
  'Events': ['docs/events.md'],
  'Providers': ['docs/providers/README.md', 'docs/providers/dashscope.md', 'docs/providers/minimax.md', 'docs/providers/*',
    'docs/provider-files.md'],
  'Operate': ['docs/operating.md', 'docs/ops/README.md', 'docs/karaf.md', 'docs/connect.md', 'docs/runbooks.md',
    'docs/compatibility.md', 'docs/limits.md'],
  'How it is built': ['docs/architecture.md', 'docs/guarantees.md', 'docs/benchmarks.md'],
  'Decisions': ['docs/decisions/*'],
  'Project': ['CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']
}

const NAV = ['docs/start.md', 'docs/configure.md', 'docs/events.md', 'docs/providers/README.md', 'docs/operating.md',
  'docs/architecture.md']

/** What the menu, the addresses and the list of pages are made of. */
export function layout() {
  const found = walk('docs')
  const rewrites = { ...REWRITES }
  for (const page of found) {
    rewrites[page] ??= page.slice('docs/'.length).replace(/(^|\/)README\.md$/, '$1index.md')
  }
  const listed = new Set(['docs/README.md'])
  const sidebar = Object.entries(GROUPS).map(([text, patterns]) => {
    const pages = [...new Set(patterns.flatMap(pattern => expand(pattern, found)))].filter(page => !listed.has(page))
    pages.forEach(page => listed.add(page))
    return { text, collapsed: text === 'Decisions', items: pages.map(page => item(page, rewrites)) }
  })
  const rest = found.filter(page => !listed.has(page))
  if (rest.length > 0) {
    sidebar.push({ text: 'More', items: rest.map(page => item(page, rewrites)) })
  }
  return {
    rewrites,
    sidebar,
    nav: NAV.filter(exists).map(page => item(page, rewrites)),
    excluded: ['target/**', 'data/**', 'src/**', 'bench/**', 'routes/**', 'docs/site/**', '.*/**']
  }
}

function expand(pattern, found) {
  const folder = pattern.replace(/\*$/, '')
  return folder === pattern ? [pattern].filter(exists) : found.filter(page => page.startsWith(folder))
}

function item(page, rewrites) {
  return { text: title(page), link: '/' + rewrites[page].replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '') }
}

function title(page) {
  const text = fs.readFileSync(path.join(ROOT, page), 'utf8')
  const heading = /^# (.+)$/m.exec(text)
  if (!heading) {
    throw new Error(`${page} has no heading to name it by: begin it with "# …"`)
  }
  return heading[1].replace(/`/g, '')
}

function exists(page) {
  return fs.existsSync(path.join(ROOT, page))
}

/** Markdown files below a folder, as paths from the root. */
function walk(folder) {
  return fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true }).sort((one, other) => one.name < other.name ? -1 : 1)
    .flatMap(entry => {
      const name = folder + '/' + entry.name
      return name === 'docs/site' ? [] : entry.isDirectory() ? walk(name) : name.endsWith('.md') ? [name] : []
    })
}
