interface NodeBuffer {
  readonly allocUnsafe: (size: number) => Uint8Array
}

const { Buffer: buffer } = globalThis as { readonly Buffer?: NodeBuffer }

/** Memory to be written: what is in it before is chance. On Node it is a Buffer, which reads and writes texts faster. */
export const freshBytes: (size: number) => Uint8Array = buffer?.allocUnsafe ?? (size => new Uint8Array(size))
