import * as t from 'io-ts'
import { contract, request, stream } from 'sluice'

/** What the extension does for its webview. */
export const Workbench = contract('demo.Workbench', {
  open: request(t.type({ path: t.string }), t.boolean),
  changes: stream(t.void, t.string),
})
