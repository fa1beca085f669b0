/** The variable that carries the key to a child. */
export const keyVariable = 'SLUICE_KEY'

/** How to start a child and how long to wait for it. */
export interface SpawnOptions {
  /** Its arguments. */
  readonly args?: readonly string[]
  /** Environment, on top of this process's own; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Its working directory; ours unless told. */
  readonly cwd?: string | URL
  /** How the child gets the key: in the variable `SLUICE_KEY`, or as its last argument, which shows in `ps`. */
  readonly key?: 'environment' | 'argument'
  /** How long the child may take to connect, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
  /** After unsubscribing: how long the pipe may take to end in order, in milliseconds. 1,000 unless told. */
  readonly closeWithin?: number
  /**
   * How long the child may take to end by itself once its pipe is over, and again after SIGTERM until SIGKILL, in
   * milliseconds. 2,000 unless told.
   */
  readonly grace?: number
  /** Its standard input; `'ignore'` unless told. */
  readonly stdin?: 'inherit' | 'ignore'
  /** Its standard output, which the protocol does not use; `'inherit'` unless told. */
  readonly stdout?: 'inherit' | 'ignore'
  /** Its standard error; `'inherit'` unless told. Its tail is kept for the error in any case. */
  readonly stderr?: 'inherit' | 'ignore'
}
