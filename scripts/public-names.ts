import { writeFileSync } from 'node:fs'
import { facesOf, listed, manifest, publicNames } from '../spec/layers/public-names.js'

/** `npm run public-names`: writes the list that spec/layers compares with what the faces make public. */
writeFileSync(listed, `${JSON.stringify(publicNames(facesOf(manifest)), null, 2)}\n`)
console.log(`wrote ${listed}: look at the difference before you commit it`)
