import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiler } from '../../scripts/compiler.js'

const scratch = fileURLToPath(new URL('../../.tmp/', import.meta.url))

/**
 * The compiler's complaints about a module, one for each, by the options of this repository. The module lies two folders below
 * its root, so that packages and `../../src` are found, and `sluice` means `src/`.
 */
export const complaintsAbout = (text: string): readonly string[] => {
  mkdirSync(scratch, { recursive: true })
  const folder = mkdtempSync(join(scratch, 'compiled-'))
  try {
    writeFileSync(join(folder, 'module.ts'), text)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }))
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '--pretty', 'false', '-p', folder], {
      encoding: 'utf8',
    })
    const complaints = stdout.split('\n').filter(line => /error TS\d+:/.test(line))
    // a compiler that fails without a complaint must not look content
    return status === 0 || complaints.length > 0 ? complaints : [`the compiler failed: ${stdout}${stderr}`]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
