import test from 'ava'
import * as io from 'io-ts'
import { catchError, firstValueFrom, from, ignoreElements, mergeMap, of } from 'rxjs'
import { type CallError, contract, int32, memoryPipes, peer, serve, stream, upload } from 'sluice'

const Numbers = contract('demo.Numbers', { all: stream(io.void, int32), sum: upload(int32, int32) })

function* endless() {
  for (let n = 0; ; n++) yield n
}

const tagOf = catchError((error: unknown) => of((error as CallError<never>)._tag))

test('an Observable that emits without end within its subscription is stopped when it overflows', async t => {
  const { dial, pipes$ } = memoryPipes()
  const serving = pipes$
    .pipe(
      peer({ serves: Numbers }),
      mergeMap(client => serve(client, { all: () => from(endless()), sum: () => 0 })),
    )
    .subscribe()
  t.teardown(() => serving.unsubscribe())
  const ended$ = dial.pipe(
    peer({ uses: Numbers }),
    mergeMap(({ remote }) => remote.all().pipe(ignoreElements(), tagOf)),
  )
  t.is(await firstValueFrom(ended$), 'Overflow')
})

test('so is one that a caller uploads', async t => {
  const { dial, pipes$ } = memoryPipes()
  const serving = pipes$
    .pipe(
      peer({ serves: Numbers }),
      mergeMap(client => serve(client, { all: () => [], sum: numbers$ => numbers$ })),
    )
    .subscribe()
  t.teardown(() => serving.unsubscribe())
  const ended$ = dial.pipe(
    peer({ uses: Numbers }),
    mergeMap(({ remote }) => remote.sum(from(endless())).pipe(ignoreElements(), tagOf)),
  )
  t.is(await firstValueFrom(ended$), 'Overflow')
})
