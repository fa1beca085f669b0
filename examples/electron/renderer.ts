import { mergeMap, type Observable } from 'rxjs'
import { linear, peer, reconnect } from 'sluice'
import { type Bridge, dialBridge } from 'sluice/browser'
import { Desk } from './contract.js'

/** The page: ticks of the main process, over `window.desk`. */
export const ticks = (desk: Bridge, everyMs: number): Observable<number> =>
  dialBridge(desk).pipe(
    reconnect(linear({ every: 200 })),
    peer({ uses: Desk }),
    mergeMap(({ remote }) => remote.ticks({ everyMs })),
  )
