import type { Pipe } from '../../pipe/pipe.js'
import { until } from '../conformance/waiting.js'
import { FarPeer } from './far-peer.js'
import type { PeerConformanceSubject } from './peer-conformance-case.js'
import { PeerTalk, type Greeting } from './peer-talk.js'

/** Runs a body over a pipe of its own, on which nothing has been said, and hangs up whatever happens. */
export const withPipe = async (
  { dial }: PeerConformanceSubject,
  body: (talk: PeerTalk) => Promise<void> | void,
  greeting?: Greeting,
): Promise<void> => {
  let pipe: Pipe | undefined
  let failed: { readonly error: unknown } | undefined
  const dialling = dial.subscribe({
    next: made => (pipe = made),
    error: (error: unknown) => (failed = { error }),
  })
  try {
    const found = await until(() => {
      if (pipe === undefined && failed !== undefined) throw failed.error
      return pipe
    }, 'a pipe')
    const far = new FarPeer(found)
    try {
      await body(new PeerTalk(far, greeting))
    } finally {
      far.hangUp()
    }
  } finally {
    dialling.unsubscribe()
  }
}

/** Runs a body in a session of its own. */
export const inSession = (
  subject: PeerConformanceSubject,
  body: (talk: PeerTalk) => Promise<void> | void,
  greeting?: Greeting,
): Promise<void> =>
  withPipe(
    subject,
    async talk => {
      await talk.begin()
      await body(talk)
    },
    greeting,
  )

/** A case that runs in a session of its own. */
export const session =
  (body: (talk: PeerTalk) => Promise<void> | void, greeting?: Greeting) =>
  (subject: PeerConformanceSubject): Promise<void> =>
    inSession(subject, body, greeting)

/** A case that runs over a pipe of its own. */
export const onPipe =
  (body: (talk: PeerTalk) => Promise<void> | void, greeting?: Greeting) =>
  (subject: PeerConformanceSubject): Promise<void> =>
    withPipe(subject, body, greeting)
