import { firstValueFrom, ReplaySubject } from 'rxjs'
import { memoryPipes, peer, type AnyContract, type NoContract, type Peer, type PeerOptions } from 'sluice'
import { hold, type Teardown, within } from '../helpers/processes.js'

/** Lets two ends meet in this program, until the test is over. */
export const meet = async <
  const ServesA extends AnyContract = NoContract,
  const UsesA extends AnyContract = NoContract,
  const ServesB extends AnyContract = NoContract,
  const UsesB extends AnyContract = NoContract,
>(
  t: Teardown,
  a: PeerOptions<ServesA, UsesA>,
  b: PeerOptions<ServesB, UsesB>,
): Promise<{ readonly a: Peer<UsesA, ServesA>; readonly b: Peer<UsesB, ServesB> }> => {
  const { dial, pipes$ } = memoryPipes()
  const accepted = new ReplaySubject<Peer<UsesB, ServesB>>(1)
  const listening = pipes$.pipe(peer(b)).subscribe(accepted)
  t.teardown(() => listening.unsubscribe())
  const dialled = await hold(t, dial.pipe(peer(a)), 'the far end')
  return { a: dialled, b: await within(firstValueFrom(accepted), 'the other end') }
}
