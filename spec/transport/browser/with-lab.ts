import type { ExecutionContext } from 'ava'
import type { BrowserContext, Page } from 'playwright-core'
import type { Stage } from './stage.js'
import type { lab } from './pages/lab.js'

type Lab = typeof lab

/** What the page `lab.html` does, called from here. */
export type RemoteLab = {
  readonly [K in keyof Lab]: (...args: Parameters<Lab[K]>) => Promise<Awaited<ReturnType<Lab[K]>>>
}

/** A page, and what it does. */
export interface LabPage {
  readonly page: Page
  readonly lab: RemoteLab
}

/** Opens the page `lab.html`; it is closed with its test. */
export const openLab = async (
  t: Pick<ExecutionContext, 'teardown'>,
  stage: Stage,
  context?: BrowserContext,
): Promise<LabPage> => {
  const page = await stage.open('/lab.html', context)
  t.teardown(() => page.close())
  const call = (name: string, args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(
      ([method, values]) => {
        const { lab: here } = globalThis as unknown as {
          readonly lab: Readonly<Record<string, (...values: readonly unknown[]) => unknown>>
        }
        return here[method]?.(...values)
      },
      [name, args] as const,
    )
  const methods = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          call(String(name), args),
    },
  )
  return { page, lab: methods as RemoteLab }
}
