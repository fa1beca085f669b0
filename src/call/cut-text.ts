const encoder = new TextEncoder()

/** How many bytes a text takes on the wire. */
export const textBytes = (text: string): number => encoder.encode(text).length

/** What a text that was cut says at its end. */
const rest = (characters: number): string => `... (${characters} more characters)`
const restBytes = 40

/** A text of at most so many bytes: the beginning of a longer one, which says how much is missing where there is room for that. */
export const cutText = (text: string, most: number): string => {
  // no character takes more than three bytes for each of its units
  if (text.length * 3 <= most) return text
  const room = new Uint8Array(Math.max(0, most))
  const { read } = encoder.encodeInto(text, room)
  if (read === text.length) return text
  if (most < 2 * restBytes) return text.slice(0, read)
  const kept = encoder.encodeInto(text, room.subarray(restBytes)).read
  return text.slice(0, kept) + rest(text.length - kept)
}
