import { listenTo } from '../listen-to.js'
import { globals } from './globals.js'

/**
 * Calls back when the page that this runs in is left: closed, reloaded, navigated away from, or put aside to be shown again
 * as it is (the back/forward cache). In a worker, never: it ends without a word.
 *
 * @param leave - `forGood` is false for a page that may come back
 * @returns stops listening
 */
export const whenPageLeaves = (leave: (forGood: boolean) => void): (() => void) =>
  listenTo(globals, 'pagehide', (event: { readonly persisted?: boolean }) => leave(event.persisted !== true))
