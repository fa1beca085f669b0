import { expectTypeOf } from 'expect-type'
import { map, mergeMap, type Observable } from 'rxjs'
import { contract, memoryPipes, peer, request, type Frame, type Pipe, type Transport } from 'sluice'
import {
  conversation,
  record,
  Recorder,
  replay,
  replayAgainst,
  toSpec,
  type RecorderOptions,
  type Recording,
  type ReplayOptions,
} from 'sluice/testing'
import * as io from 'io-ts'

const Kitchen = contract('spec.Kitchen', { greet: request(io.string, io.string) })
const recorder = new Recorder({ contracts: Kitchen })

// a layer for pipes of bytes and of frames, which keeps what it is put on
expectTypeOf(record(recorder)<Uint8Array>).parameters.toEqualTypeOf<[Pipe]>()
expectTypeOf(record(recorder)<Frame>).returns.toEqualTypeOf<Pipe<Frame>>()
expectTypeOf(memoryPipes().dial.pipe(map(record(recorder)))).toEqualTypeOf<Observable<Pipe>>()
memoryPipes().dial.pipe(map(record(recorder)), peer({ uses: Kitchen }))

// @ts-expect-error a pipe of texts has no frames
record(recorder)<string>

// @ts-expect-error there is no such way to redact
expectTypeOf<{ redact: 'names' }>().toExtend<RecorderOptions>()

expectTypeOf(recorder.file()).toEqualTypeOf<Uint8Array>()
expectTypeOf(replay).parameters.toEqualTypeOf<[Uint8Array | Recording, ReplayOptions?]>()
expectTypeOf(replay(recorder.file())).toEqualTypeOf<Transport>()
const client = (pipes$: Transport) =>
  pipes$.pipe(
    peer({ uses: Kitchen }),
    mergeMap(({ remote }) => remote.greet('Ann')),
  )
expectTypeOf(replayAgainst(client, recorder.file(), { plays: 'accepted', pace: 'fast' })).toEqualTypeOf<
  Observable<string>
>()

const recorded = conversation({ uses: Kitchen }, [{ method: 'greet', at: 0, input: 'Ann', outputs: '(a|)' }])
expectTypeOf(recorded).toEqualTypeOf<Recording>()
expectTypeOf(
  toSpec(recorded, { contract: { contract: Kitchen, name: 'Kitchen', module: './kitchen.js' } }),
).toEqualTypeOf<string>()

// @ts-expect-error a spec has to find the contract
toSpec(recorded, { contract: Kitchen })
