/** A fenced block of a Markdown text. */
export interface Block {
  /** Where its fence opens, counted from 1. */
  readonly line: number
  /** The first word behind the fence: `ts`. */
  readonly language: string
  /** The other words behind the fence: `no-run`. */
  readonly marks: readonly string[]
  readonly text: string
}

/** Reads the fenced blocks of a Markdown text, those in lists and quotations included. */
export const blocksOf = (markdown: string): readonly Block[] => {
  const blocks: Block[] = []
  let open: { line: number; fence: string; indent: number; info: readonly string[]; lines: string[] } | undefined
  for (const [index, raw] of markdown.split('\n').entries()) {
    const fence = /^((?:\s|>)*)(`{3,}|~{3,})(.*)$/.exec(raw)
    if (open === undefined) {
      if (fence === null) continue
      const info = (fence[3] ?? '').trim().split(/\s+/).filter(Boolean)
      open = { line: index + 1, fence: fence[2] ?? '', indent: (fence[1] ?? '').length, info, lines: [] }
    } else if (fence !== null && (fence[2] ?? '').startsWith(open.fence) && (fence[3] ?? '').trim() === '') {
      const { line, info, lines } = open
      blocks.push({ line, language: info[0] ?? '', marks: info.slice(1), text: `${lines.join('\n')}\n` })
      open = undefined
    } else open.lines.push(raw.slice(open.indent))
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the fence is never closed`)
  return blocks
}

/** A `ts` block as a file: what it is called, and whether it runs by itself. */
export interface Example {
  readonly line: number
  readonly file: string
  readonly text: string
  readonly runs: boolean
  /** What it is to print: the `text output` block that follows it. */
  readonly output: string | undefined
}

/** The `ts` blocks as files, each named by its first line (`// server.ts`), else by where it stands. */
export const examplesOf = (blocks: readonly Block[]): readonly Example[] =>
  blocks.flatMap((block, index) => {
    if (block.language !== 'ts') return []
    const name = /^\/\/ ([\w./-]+\.ts)\b/.exec(block.text)?.[1]
    const next = blocks[index + 1]
    const output = next?.language === 'text' && next.marks.includes('output') ? next.text : undefined
    return [
      {
        line: block.line,
        file: name ?? `line-${block.line}.ts`,
        text: block.text,
        runs: !block.marks.includes('no-run'),
        output,
      },
    ]
  })

const languages: Readonly<Record<string, readonly string[]>> = {
  ts: ['no-run'],
  sh: [],
  text: ['output'],
  json: [],
  proto: [],
  mermaid: [],
}

/**
 * What is wrong with blocks at first sight.
 *
 * @param blocks - of one text
 * @param scripts - the names of npm scripts that exist
 * @param exists - whether a path from the root of the repository is there
 */
export const faultsOf = (
  blocks: readonly Block[],
  scripts: readonly string[],
  exists: (path: string) => boolean,
): readonly string[] => {
  const faults: string[] = []
  for (const { line, language, marks, text } of blocks) {
    const known = languages[language]
    if (known === undefined) {
      faults.push(`line ${line}: a block of "${language}": use one of ${Object.keys(languages).join(', ')}`)
    }
    for (const mark of marks.filter(word => known?.includes(word) === false)) {
      faults.push(`line ${line}: "${mark}" means nothing behind ${language}: CONTRIBUTING.md lists what does`)
    }
    if (language === 'json') {
      try {
        JSON.parse(text)
      } catch (error) {
        faults.push(`line ${line}: ${String(error)}`)
      }
    }
    if (language === 'sh') {
      for (const command of text.split(/\n|&&/)) {
        const fault = commandFault(command.replace(/#.*/, '').trim(), scripts, exists)
        if (fault !== undefined) faults.push(`line ${line}: ${fault}`)
      }
    }
  }
  const examples = examplesOf(blocks)
  for (const [index, { line, file }] of examples.entries()) {
    const first = examples.findIndex(example => example.file === file)
    if (first !== index) faults.push(`line ${line}: ${file} is there already: give it another name, or a folder`)
    if (/(^\/|\.\.)/.test(file)) faults.push(`line ${line}: ${file} lies outside`)
  }
  return faults
}

const builtIn = ['ci', 'install', 'i', 'pack', 'exec', 'link']

const commandFault = (
  command: string,
  scripts: readonly string[],
  exists: (path: string) => boolean,
): string | undefined => {
  if (command === '') return undefined
  const [program = '', first = '', second = ''] = command.replace(/^(\w+=\S+\s+)+/, '').split(/\s+/)
  const paths = command.match(/\b(spec|src|examples|bench|scripts|proto)\/[\w./-]+/g) ?? []
  const gone = paths.find(path => !exists(path))
  if (gone !== undefined) return `"${command}" names ${gone}, which is not there`
  if (program === 'npm') {
    const script = first === 'run' ? second : first
    if (first !== 'run' && builtIn.includes(first)) return undefined
    return scripts.includes(script) ? undefined : `"${command}" runs the npm script ${script}, which is not there`
  }
  return ['npx', 'node', 'git', 'cd'].includes(program)
    ? undefined
    : `"${command}" starts ${program}, which nobody has just so: use npm, npx, node, git or cd`
}
