/** So many values are handed to a sender that cannot say when it has had enough, before it gets a turn to write. */
export const handful = 1_024

/** A turn of the event loop. */
export const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
