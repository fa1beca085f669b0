/** How long a frame may be that is taken in, without its length, in bytes: as of now. */
export interface FrameLimit {
  frameBytes: number
}

/** Longest frame of a far end that has proved nothing yet, in bytes: a stranger is to cost little. */
export const longestBeforeProof = 1024 * 1024
