/**
 * Whether a session may go on over another pipe, after that error.
 *
 * Not after a goodbye, nor when the far end is known to be gone. A handshake that was only late may be tried again.
 */
export const isTemporary = (error: unknown): boolean => {
  const { _tag, why } = (error ?? {}) as { readonly _tag?: unknown; readonly why?: unknown }
  return _tag === 'PipeError' ? why !== 'exited' && why !== 'misused' : _tag === 'Refused' && why === 'late'
}
