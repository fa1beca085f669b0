import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './sources.js'

/** A face of the package: how users name it, and the file that makes it. */
export interface Face {
  /** What users import: `sluice/node`. */
  readonly name: string
  /** Its source, from the root of the repository: `src/node.ts`. */
  readonly source: string
  /** What the package serves for it, from the root of the package: `dist/node.js` and its types. */
  readonly built: readonly string[]
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

/** The faces that `package.json` exports; `./package.json` itself is none. */
export const facesOf = (manifest: Manifest): readonly Face[] =>
  Object.entries(manifest.exports)
    .filter(([subpath]) => subpath !== './package.json')
    .map(([subpath, target]) => {
      const built = (typeof target === 'string' ? [target] : Object.values(target)).map(path => path.replace('./', ''))
      const code = built.find(path => path.endsWith('.js')) ?? ''
      return {
        name: manifest.name + subpath.slice(1),
        source: code.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts'),
        built,
      }
    })

/** `package.json` of this repository. */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

/** The list that is compared with what is public; `npm run public-names` writes it. */
export const listed = join(root, 'spec/layers/public-names.json')

/** What each face makes public, sorted; `type X` for what is gone at run time. */
export type PublicNames = Readonly<Record<string, readonly string[]>>

/**
 * Reads the public names of faces from their sources.
 *
 * @throws Error when a face has no source
 */
export const publicNames = (faces: readonly Face[]): PublicNames => {
  for (const face of faces) {
    if (!existsSync(join(root, face.source))) {
      throw new Error(`package.json exports ${face.name}, and there is no ${face.source}: write it, or drop the export`)
    }
  }
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: diagnostic => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
    },
  })
  const program = ts.createProgram(
    faces.map(face => join(root, face.source)),
    config?.options ?? {},
  )
  const checker = program.getTypeChecker()
  return Object.fromEntries(
    faces.map(face => {
      const file = program.getSourceFile(join(root, face.source))
      const symbol = file === undefined ? undefined : checker.getSymbolAtLocation(file)
      const names = (symbol === undefined ? [] : checker.getExportsOfModule(symbol)).map(exported => {
        const origin = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
        const typeOnly =
          (origin.flags & ts.SymbolFlags.Value) === 0 ||
          exported.declarations?.some(node => ts.isExportSpecifier(node) && ts.isTypeOnlyExportDeclaration(node)) ===
            true
        return typeOnly ? `type ${exported.name}` : exported.name
      })
      return [face.name, names.sort()]
    }),
  )
}
