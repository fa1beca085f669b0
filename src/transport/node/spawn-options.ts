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
  /**
   * What the pipe to the child is:
   *
   * - `'socket'`, unless told: a private socket; the child may be any program that can connect
   * - `'stdio'`: descriptors that the child is born with; no file at any time
   * - `'fork'`: Node's channel between parent and child, for a child that is Node
   * - `'worker'`: a thread of this process; the command is a module, by absolute path or URL
   */
  readonly via?: 'socket' | 'stdio' | 'fork' | 'worker'
  /**
   * With `via: 'stdio'`: which descriptors. `'own'`, unless told, are 3 and 4; `'standard'` are standard input and output, for
   * what passes no others on (ssh, docker).
   */
  readonly descriptors?: 'own' | 'standard'
  /**
   * With `descriptors: 'standard'`: gets what the child writes to its standard output beside the pipe, such as `console.log`. Unless
   * told, there is one warning and the text goes to our stderr.
   */
  readonly stray?: (text: string) => void
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
