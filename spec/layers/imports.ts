import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import ts from 'typescript'
import type { Sources } from './sources.js'

/** What one module names in its imports and re-exports, type or value. */
export const specifiersOf = (path: string, text: string): readonly string[] => {
  const found: string[] = []
  const take = (node: ts.Node | undefined) => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push(node.text)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) take(node.argument.literal)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) take(node.arguments[0])
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true))
  return found
}

/** Where a relative import leads: `./step.js` in `src/machine/run.ts` is `src/machine/step.ts`. */
export const resolveImport = (from: string, specifier: string): string =>
  posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')

const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1]

/** A file directly in `src/`. */
export const isFace = (path: string): boolean => /^src\/[^/]+\.ts$/.test(path)

/** Each import from a folder that the table does not allow, from a face, or from a file that is not there. */
export const importsOutOfOrder = (
  sources: Sources,
  table: Readonly<Record<string, readonly string[]>>,
): readonly string[] => {
  const complaints: string[] = []
  for (const [path, text] of sources) {
    const folder = folderOf(path)
    const allowed = folder === undefined ? undefined : table[folder]
    if (folder !== undefined && allowed === undefined) {
      complaints.push(
        `${path}: the folder ${folder} is not in spec/layers/table.ts: give it a line there, or move the file`,
      )
    }
    for (const specifier of specifiersOf(path, text)) {
      if (/^sluice(\/|$)/.test(specifier)) {
        complaints.push(`${path} imports its own package as ${specifier}: import the file that defines the name`)
      }
      if (!specifier.startsWith('.')) continue
      const target = resolveImport(path, specifier)
      if (!sources.has(target)) {
        complaints.push(`${path} imports ${specifier}, and there is no ${target}`)
        continue
      }
      if (isFace(target)) {
        complaints.push(`${path} imports the face ${target}: import the file that defines the name`)
        continue
      }
      const other = folderOf(target)
      if (folder === undefined || other === undefined || other === folder || allowed === undefined) continue
      if (!allowed.includes(other)) {
        complaints.push(
          `${path} imports ${target}: ${folder} may import from ${allowed.join(', ') || 'no other folder'}; ` +
            'move what both need further down, or change spec/layers/table.ts and CONTRIBUTING.md with the reason',
        )
      }
    }
  }
  return complaints
}

/** Each cycle between files, once, as the path around it. Types count: a cycle of types is a concept without a place. */
export const cycles = (sources: Sources): readonly string[] => {
  const found: string[] = []
  const done = new Set<string>()
  const trail: string[] = []
  const walk = (path: string): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push([...trail.slice(start), path].join(' -> '))
      return
    }
    const text = sources.get(path)
    if (done.has(path) || text === undefined) return
    trail.push(path)
    for (const specifier of specifiersOf(path, text)) {
      if (specifier.startsWith('.')) walk(resolveImport(path, specifier))
    }
    trail.pop()
    done.add(path)
  }
  for (const path of sources.keys()) walk(path)
  return found
}

/** Each import of a package that who installs ours would not get. */
export const missingPackages = (sources: Sources, declared: readonly string[]): readonly string[] =>
  [...sources].flatMap(([path, text]) =>
    specifiersOf(path, text)
      .filter(specifier => !specifier.startsWith('.') && !isBuiltin(specifier))
      .map(specifier => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
      .filter(name => !declared.includes(name))
      .map(name => `${path} imports ${name}: make it a dependency or a peer dependency, or do without`),
  )

/** Each statement of a face that is not a re-export by name. */
export const codeInFaces = (sources: Sources): readonly string[] =>
  [...sources]
    .filter(([path]) => isFace(path))
    .flatMap(([path, text]) =>
      ts
        .createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
        .statements.filter(
          statement =>
            !ts.isExportDeclaration(statement) ||
            statement.moduleSpecifier === undefined ||
            statement.exportClause === undefined ||
            !ts.isNamedExports(statement.exportClause),
        )
        .map(statement => `${path} holds code: "${firstLine(statement)}": a face is a list of named re-exports`),
    )

const firstLine = (node: ts.Node): string => node.getText().split('\n', 1)[0] ?? ''
