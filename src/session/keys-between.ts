import type { Pipe } from '../pipe/pipe.js'
import type { Hello } from '../wire/frame.js'
import { helloBytes } from '../wire/hello-codec.js'
import { sessionKeys, type SessionKeys } from './proof.js'

/** The keys that both ends derive from their hellos; `undefined` where one of them would not go on over another pipe. */
export const keysBetween = (
  { end, secret }: Pick<Pipe, 'end' | 'secret'>,
  ours: Hello,
  theirs: Hello,
): SessionKeys | undefined => {
  if (ours.resumeMs === 0 || theirs.resumeMs === 0) return undefined
  const [dialled, accepted] = end === 'dialled' ? [ours, theirs] : [theirs, ours]
  return sessionKeys(secret, helloBytes(dialled), helloBytes(accepted))
}
