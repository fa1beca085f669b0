import type { Descriptors, Frame, Hello, SessionFrame, Verdicts } from '../../src/wire/frame.js'
import { defaultLimits } from '../../src/wire/hello-codec.js'
import {
  newHandshake,
  type HandshakeCommand,
  type HandshakeEvent,
  type HandshakeState,
  type HandshakeTerms,
} from '../../src/session/handshake-terms.js'
import { stepHandshake } from '../../src/session/handshake.js'

/** What the two ends of a test bring to the handshake. */
export interface Side {
  readonly versions?: readonly number[]
  readonly secret?: Uint8Array | undefined
  /** Whether fingerprints differ: a matter of both ends. */
  readonly describes?: boolean
  /** Whether this end has something against the session. */
  readonly objects?: boolean
  readonly judges?: () => string
  readonly nonce?: number
}

/** A `Hello` of a side. */
export const helloOf = ({ versions = [1], secret, nonce = 1 }: Side): Hello => ({
  _tag: 'Hello',
  versions,
  nonce: new Uint8Array(32).fill(nonce),
  proof: secret !== undefined,
  limits: defaultLimits,
  validation: 'report',
  serves: [],
  uses: [],
  heartbeatMs: 0,
  resumeMs: 0,
  resume: undefined,
  capabilities: [],
})

export const descriptors: Descriptors = { _tag: 'Descriptors', contracts: [] }
export const verdicts: Verdicts = { _tag: 'Verdicts', methods: [] }

/** A side's terms; what it judges is a text. */
export const termsOf = (end: 'dialled' | 'accepted', side: Side): HandshakeTerms<string> => ({
  end,
  hello: helloOf(side),
  secret: side.secret,
  describe: () => (side.describes === true ? descriptors : undefined),
  judge: side.judges ?? (() => 'judged'),
  verdicts: () => verdicts,
  objection: () => (side.objects === true ? 'kitchen closed' : undefined),
  asks: undefined,
  keeps: () => undefined,
})

/** One end of a handshake under way. */
export class End {
  state: HandshakeState<string> = newHandshake
  readonly commands: HandshakeCommand<string>[] = []
  private readonly step: ReturnType<typeof stepHandshake<string>>

  constructor(end: 'dialled' | 'accepted', side: Side = {}) {
    this.step = stepHandshake(termsOf(end, side))
  }

  /** Takes an event, and gives what it sends. */
  on(event: HandshakeEvent): readonly SessionFrame[] {
    const [state, commands] = this.step(this.state, event)
    this.state = state
    this.commands.push(...commands)
    return commands.flatMap(command => (command._tag === 'Send' ? [command.frame] : []))
  }

  start(): readonly SessionFrame[] {
    return this.on({ _tag: 'Started' })
  }

  take(frame: Frame): readonly SessionFrame[] {
    return this.on({ _tag: 'Received', frame })
  }

  /** How it came out: `Establish`, the error's tag with its reason, `End`, or nothing yet. */
  get outcome(): string | undefined {
    for (const command of this.commands) {
      if (command._tag === 'Establish' || command._tag === 'End') return command._tag
      if (command._tag === 'Fail') {
        const { _tag: tag, why } = command.error as Error & { readonly _tag: string; readonly why?: string }
        return why === undefined ? tag : `${tag} ${why}`
      }
    }
    return undefined
  }
}

/** Brings two ends to an outcome. `turns` says who takes in its next frame, again and again: `true` for the dialled end. */
export const converse = (a: Side, b: Side, turns: readonly boolean[] = [true]): readonly [End, End] => {
  const dialled = new End('dialled', a)
  const accepted = new End('accepted', b)
  const toAccepted: SessionFrame[] = [...dialled.start()]
  const toDialled: SessionFrame[] = [...accepted.start()]
  for (let turn = 0; toAccepted.length + toDialled.length > 0; turn++) {
    const forDialled = turns[turn % turns.length] === true ? toDialled.length > 0 : toAccepted.length === 0
    if (forDialled) toAccepted.push(...dialled.take(toDialled.shift() as SessionFrame))
    else toDialled.push(...accepted.take(toAccepted.shift() as SessionFrame))
  }
  return [dialled, accepted]
}
