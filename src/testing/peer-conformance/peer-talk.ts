import { compileContract, type CompiledContract } from '../../contract/compile-contract.js'
import type { MethodKind } from '../../contract/method.js'
import { Reader } from '../../protobuf/reader.js'
import type { Writer } from '../../protobuf/writer.js'
import { describeFor, judge, offerOf, verdictsOf, type Judgement, type Terms } from '../../session/judge.js'
import { equalBytes, proofOf } from '../../session/proof.js'
import type { Allowance, Descriptors, FailCode, Hello, Metadata, Verdicts } from '../../wire/frame.js'
import { defaultLimits, helloBytes } from '../../wire/hello-codec.js'
import { check } from '../conformance/check.js'
import { framed, written } from './bytes-of.js'
import type { FarPeer } from './far-peer.js'
import { peerConformanceContract } from './peer-conformance-contract.js'
import { Referee } from './referee.js'

/** Where a case departs from the usual handshake. */
export interface Greeting {
  /** Other words in this end's `Hello`, */
  readonly hello?: Partial<Hello>
  /** and fields that are written behind them. */
  readonly extra?: (writer: Writer) => unknown
  /** What this end takes the contract to be. */
  readonly contract?: CompiledContract
}

/** What goes with a call. */
export interface CallOptions {
  readonly credit?: Allowance
  readonly timeoutMs?: number
  readonly metadata?: Metadata
  /** Instead of the next one. */
  readonly id?: number
}

const ours = compileContract(peerConformanceContract)

/** More credit than any case uses up. */
export const plenty: Allowance = { items: 1_000_000, bytes: 1_000_000_000 }

/** A handshake with a far peer, step by step, and calls behind it. */
export class PeerTalk {
  readonly contract: CompiledContract
  readonly hello: Hello
  /** This end's `Hello` as it is sent. */
  readonly ours: Uint8Array
  private found: Hello | undefined = undefined
  private judged: Judgement | undefined = undefined
  private descriptors: Descriptors | undefined = undefined
  private said: Verdicts | undefined = undefined
  private lastId: number

  constructor(
    readonly far: FarPeer,
    { hello = {}, extra, contract = ours }: Greeting = {},
  ) {
    this.contract = contract
    this.lastId = this.dialled ? -1 : 0
    this.hello = {
      _tag: 'Hello',
      versions: [1],
      nonce: crypto.getRandomValues(new Uint8Array(32)),
      proof: far.pipe.secret !== undefined,
      limits: defaultLimits,
      validation: 'report',
      serves: [offerOf(contract)],
      uses: [offerOf(contract)],
      heartbeatMs: 0,
      capabilities: [],
      resumeMs: 0,
      resume: undefined,
      ...hello,
    }
    this.ours = written(writer => {
      writer.raw(helloBytes(this.hello))
      extra?.(writer)
    })
  }

  private get dialled(): boolean {
    return this.far.pipe.end === 'dialled'
  }

  /** The far end's `Hello`. */
  get theirs(): Hello {
    if (this.found === undefined) throw new Error('this case asks for a Hello that it has not waited for')
    return this.found
  }

  /** What this end made of the far end's contract. */
  get judgement(): Judgement {
    if (this.judged === undefined) throw new Error('this case asks for a judgement before there is one')
    return this.judged
  }

  /** What the far end made of this end's. */
  get verdicts(): Verdicts {
    if (this.said === undefined) throw new Error('this case asks for Verdicts that it has not waited for')
    return this.said
  }

  private get terms(): Terms {
    return { serves: [this.contract], uses: [this.contract], validation: this.hello.validation }
  }

  /** Says this end's `Hello`. */
  sayHello(): void {
    this.far.sayBytes(framed(writer => writer.uint32(16 * 8 + 2).bytes(this.ours)))
  }

  /** Waits for the far end's `Hello`. */
  async hearHello(): Promise<void> {
    this.found = await this.far.hears('Hello')
  }

  /** Both hellos. */
  async greet(): Promise<void> {
    this.sayHello()
    await this.hearHello()
  }

  /** What an end has to prove with its secret on this pipe. */
  mac(role: 'dialled' | 'accepted', secret = this.far.pipe.secret): Uint8Array {
    if (secret === undefined) return new Uint8Array()
    const theirs = helloBytes(this.theirs)
    return proofOf(secret, role, this.dialled ? this.ours : theirs, this.dialled ? theirs : this.ours)
  }

  /** Both proofs, where there are any. */
  async prove(): Promise<void> {
    const { resume } = this.dialled ? this.hello : this.theirs
    if (this.far.pipe.secret === undefined && resume === undefined) return
    const [mine, theirs] = this.dialled ? (['dialled', 'accepted'] as const) : (['accepted', 'dialled'] as const)
    this.far.say({ _tag: 'Proof', mac: this.mac(mine), resume: undefined })
    const proof = await this.far.hears('Proof')
    check(equalBytes(proof.mac, this.mac(theirs)), 'its Proof is not made as it has to be')
    check(proof.resume === undefined, 'it goes on with a session that it cannot know')
  }

  /** The descriptors that this end owes. */
  get owed(): Descriptors | undefined {
    return describeFor(this.terms)(this.theirs)
  }

  /** Both descriptors, where there are any. */
  async describe(): Promise<void> {
    const { owed } = this
    if (owed === undefined) return
    this.far.say(owed)
    this.descriptors = await this.far.hears('Descriptors')
  }

  /** Both verdicts. */
  async agree(): Promise<void> {
    this.sayVerdicts()
    this.said = await this.far.hears('Verdicts')
    this.far.keepAlive(this.theirs.heartbeatMs)
  }

  /** Judges, and says so. */
  sayVerdicts(): void {
    this.judged = judge(this.terms)(this.theirs, this.descriptors)
    this.far.referee = new Referee(this.dialled ? 1 : 0, position => this.kindOf(position))
    this.far.say(verdictsOf(this.judged))
  }

  /** The whole handshake. */
  async begin(): Promise<void> {
    await this.greet()
    await this.prove()
    await this.describe()
    await this.agree()
  }

  private kindOf(position: number): MethodKind | undefined {
    const { first = 0, theirs } = this.judgement.uses[0] ?? {}
    const name = theirs?.methods[position - first]
    return this.contract.methods.find(method => method.name === name)?.method.kind
  }

  private method(name: string) {
    const found = this.contract.methods.find(method => method.name === name)
    if (found === undefined) throw new Error(`the contract has no ${name}`)
    return found
  }

  /** Where a method stands among those that the far end serves. */
  position(name: string): number {
    const { first = 0, theirs } = this.judgement.uses[0] ?? {}
    return first + (theirs?.methods.indexOf(name) ?? 0)
  }

  /** A value that this end sends: the input of a method, or what it answers as its server. */
  payload(name: string, value: unknown, role: 'input' | 'output' | 'failure' = 'input'): Uint8Array {
    const coder = this.method(name)[role]
    return written(writer => coder?.encode(value, writer))
  }

  /** A value of the far end's. */
  read(name: string, payload: Uint8Array, role: 'input' | 'output' | 'failure' = 'output'): unknown {
    const [judged] = role === 'input' ? this.judgement.serves : this.judgement.uses
    return judged?.match.methods.get(name)?.decode[role]?.(Reader.create(payload))
  }

  /** An id that this end has not used. */
  nextId(): number {
    this.lastId += 2
    return this.lastId
  }

  /** Calls a method of the far end's. @returns the id of the call */
  call(name: string, value?: unknown, { credit, timeoutMs, metadata, id = this.nextId() }: CallOptions = {}): number {
    this.lastId = Math.max(id, this.lastId)
    const payload = value === undefined ? new Uint8Array() : this.payload(name, value)
    this.far.say({ _tag: 'Open', id, method: this.position(name), payload, credit, timeoutMs, metadata })
    return id
  }

  /** Sends an item of a call. */
  item(id: number, name: string, value: unknown): void {
    this.far.say({ _tag: 'Next', id, payload: this.payload(name, value) })
  }

  /** The answer to a call, which has to be the next that comes of it but for credit. */
  async answer(id: number, name: string): Promise<unknown> {
    return this.read(name, (await this.far.expects(id, 'Reply')).payload)
  }

  /** The next item of a call. */
  async next(id: number, name: string): Promise<unknown> {
    return this.read(name, (await this.far.expects(id, 'Next')).payload)
  }

  /** With what a call fails. */
  async failure(id: number): Promise<FailCode> {
    return (await this.far.expects(id, 'Fail')).code
  }

  /** It answers a request, so it is alive and well. */
  async serves(): Promise<void> {
    const answer = await this.answer(this.call('ask', 'hello'), 'ask')
    check(answer === 'hello', `ask answers ${String(answer)} instead of hello`)
  }
}
