import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** The titles of a spec file's tests, as far as they are plain texts. */
export const titlesIn = (path: string | URL): readonly string[] => {
  const file = ts.createSourceFile('spec.ts', readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true)
  const titles: string[] = []
  const look = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^test(\.serial)?$/.test(node.expression.getText())) {
      const [title] = node.arguments
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text)
    }
    ts.forEachChild(node, look)
  }
  look(file)
  return titles
}
