import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { layout } from '../layout.js'
import { diagrams, indentedCode, links, plainText, slug, writeSources } from '../markdown.js'

const pages = layout()
const base = process.env.DOCS_BASE ?? '/'

/** The Markdown files of the repository are the pages: nothing is copied, and links between them stay as a code host has them. */
export default defineConfig({
  srcDir: '../..',
  outDir: '../../target/site',
  cacheDir: 'node_modules/.cache/vitepress',
  srcExclude: pages.excluded,
  rewrites: pages.rewrites,
  base,
  lang: 'en',
  title: 'FineTune Bridge',
  description: 'Fine-tuning jobs of LLM providers as CloudEvents, each fact exactly once',
  cleanUrls: false,
  lastUpdated: false,
  vite: { plugins: [vueOfPages()] },
  markdown: {
    anchor: { slugify: slug },
    toc: { slugify: slug },
    languageAlias: { jslt: 'jsonc' },
    config(md) {
      md.use(links, { rewrites: pages.rewrites, base })
      md.use(diagrams)
      md.use(indentedCode)
      md.use(plainText)
    }
  },
  themeConfig: {
    nav: pages.nav,
    sidebar: pages.sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    footer: { message: 'Apache License 2.0' }
  },
  buildEnd: site => writeSources(site.outDir)
})

/** The pages stand above node_modules: what they are compiled to imports Vue as if it stood here. */
function vueOfPages() {
  return {
    name: 'vue-of-pages',
    enforce: 'pre',
    resolveId(id, importer, options) {
      return /^vue($|\/)/.test(id) && importer?.includes('.md')
        ? this.resolve(id, fileURLToPath(import.meta.url), { ...options, skipSelf: true })
        : null
    }
  }
}
