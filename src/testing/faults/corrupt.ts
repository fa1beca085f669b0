import { defer, map } from 'rxjs'
import type { Layer } from '../../pipe/pipe.js'
import { strikes, type Which } from './which.js'

/**
 * Turns around bits of bytes that come in. What the reader makes of it depends on the byte: of a length or of a kind, as a rule a
 * `ProtocolViolation`; of a value, `InvalidPayload`, or another value, since frames have no checksum of their own.
 *
 * @param which - the numbers of the bytes, counted from 1 for each pipe; or a function, as {@link byChance}
 * @param bits - which bits are turned around, default all eight
 */
export const corrupt =
  (which: Which<number>, bits = 0xff): Layer<Uint8Array, Uint8Array> =>
  pipe => ({
    ...pipe,
    incoming: defer(() => {
      const struck = strikes<number>(which)
      // the bytes belong to whoever said them: a copy is spoilt
      return pipe.incoming.pipe(map(bytes => bytes.map(byte => (struck(byte) ? byte ^ bits : byte))))
    }),
  })
