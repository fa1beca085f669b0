import test from 'ava'
import { map, merge, mergeMap, NEVER, Observable, takeUntil, tap, timer } from 'rxjs'
import { answer, disconnected } from 'sluice'
import { cutAt, marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

/** The work on an event takes a second; its sender is gone 30 ms after it has arrived. */
for (const [how, options, leave] of [
  ['is killed', { left: cutAt({ when: timer(50) }) }, () => NEVER],
  ['says goodbye', {}, (close: () => Observable<never>) => timer(30).pipe(mergeMap(close))],
] as const)
  test(`work on an event goes on when its sender ${how}, unless it is told to end with the connection`, t => {
    const seen: string[] = []
    marbles(t, ({ peers, run, scheduler }) => {
      const note = (text: string) => seen.push(`${text} at ${scheduler.now()}`)
      const { client$ } = peers(
        Kitchen,
        diner =>
          merge(
            diner.incoming.shout.pipe(
              mergeMap(call => call.cancelled$.pipe(tap(() => note(`${call.request}: cancelled`)))),
            ),
            diner.incoming.shout.pipe(
              answer((text, call) => {
                const work$ = timer(1_000).pipe(tap(() => note(`${text}: done`)))
                return text === 'at all events' ? work$ : work$.pipe(takeUntil(disconnected(call.peer)))
              }),
              tap(({ _tag, call }) => note(`${call.request}: ${_tag}`)),
            ),
          ),
        options,
      )
      const left$ = client$.pipe(
        mergeMap(diner =>
          merge(
            diner.remote.shout('at all events'),
            diner.remote.shout('while you are there'),
            leave(() => diner.close()),
          ),
        ),
        map(() => 0),
      )
      run(new Observable(() => left$.subscribe({ error: () => undefined })))
    })
    t.deepEqual(seen, [
      'while you are there: Replied at 60',
      'at all events: done at 1030',
      'at all events: Replied at 1030',
    ])
  })
