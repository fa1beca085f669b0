import { expectTypeOf } from 'expect-type'
import type { Observable, Subject } from 'rxjs'
import type { Layer, Pipe, Transport } from '../../src/pipe/pipe.js'

declare const pipe: Pipe

// a bare pipe carries bytes, both ways
expectTypeOf(pipe.incoming).toEqualTypeOf<Observable<Uint8Array>>()
expectTypeOf(pipe.outgoing).toEqualTypeOf<Subject<Uint8Array>>()
expectTypeOf<Pipe<string>>().toEqualTypeOf<Pipe<string, string>>()
expectTypeOf<Transport>().toEqualTypeOf<Observable<Pipe>>()

// a layer changes what both halves carry
expectTypeOf<Layer<Uint8Array, string>>().toEqualTypeOf<(pipe: Pipe) => Pipe<string>>()

// @ts-expect-error a pipe's ends are dialled or accepted, nothing else
const end: Pipe['end'] = 'client'

// @ts-expect-error which end we are is for the transport to say, once
pipe.end = 'dialled'
