import { posix } from 'node:path'
import ts from 'typescript'
import type { Sources } from './sources.js'

/** Longest file of `src/`, in lines. */
export const longestFile = 300

/** Each file or folder whose name says nothing, or is not in kebab-case. */
export const poorNames = (sources: Sources): readonly string[] =>
  [...sources.keys()].flatMap(path => {
    const parts = path.split('/')
    const complaints: string[] = []
    const name = posix.basename(path, '.ts')
    for (const part of [...parts.slice(0, -1), name]) {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part)) complaints.push(`${path}: "${part}" is not in kebab-case`)
      if (/(^|-)(utils?|commons?|helpers?|misc)(-|$)/.test(part)) {
        complaints.push(`${path}: "${part}" says nothing: find the concept, and name the file for it`)
      }
    }
    if (name === 'index' && parts.length > 2) {
      complaints.push(`${path}: a folder has no index: import the file that defines the name`)
    }
    return complaints
  })

/** Each file that is too long to be read at one go. */
export const longFiles = (sources: Sources): readonly string[] =>
  [...sources].flatMap(([path, text]) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    return lines > longestFile
      ? [`${path} has ${lines} lines: ${longestFile} are the most; move one of its concepts to a file of its own`]
      : []
  })

/** Each export without a doc comment. Of the overloads of a function one has to have it. */
export const undocumented = (sources: Sources): readonly string[] =>
  [...sources].flatMap(([path, text]) => {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
    const documented = new Map<string, boolean>()
    const note = (name: string, node: ts.Node) =>
      documented.set(name, documented.get(name) === true || ts.getJSDocCommentsAndTags(node).some(ts.isJSDoc))
    const listed = new Set<string>()
    const local = new Map<string, ts.Node>()
    for (const statement of file.statements) {
      const exported =
        ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(modifier => modifier.kind === ts.SyntaxKind.ExportKeyword) === true
      for (const [name, node] of namesOf(statement)) {
        if (exported) note(name, node)
        else local.set(name, node)
      }
      if (ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined) {
        const clause = statement.exportClause
        if (clause !== undefined && ts.isNamedExports(clause)) {
          for (const element of clause.elements) listed.add((element.propertyName ?? element.name).text)
        }
      }
    }
    for (const name of listed) {
      const node = local.get(name)
      if (node !== undefined) note(name, node)
    }
    return [...documented]
      .filter(([, has]) => !has)
      .map(([name]) => `${path} exports ${name} without a doc: say its shape, units, defaults, errors, source`)
  })

const namesOf = (statement: ts.Statement): ReadonlyArray<readonly [string, ts.Node]> => {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(declaration => [declaration.name.getText(), statement])
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  ) {
    return [[statement.name?.text ?? 'default', statement]]
  }
  return []
}
