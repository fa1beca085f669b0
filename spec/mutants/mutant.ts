/**
 * A small fault that somebody might make in `src`, and the specs that have to notice it.
 *
 * The text is looked for as it stands in the file, line breaks and indentation included: a line or two that say what they do
 * outlive most changes around them.
 */
export interface Mutant {
  /** What is wrong then, in words; no two have the same. */
  readonly name: string
  /** Of `src`, from the root of the repository. */
  readonly file: string
  /** Stands there exactly once. */
  readonly text: string
  /** What stands there instead. */
  readonly becomes: string
  /** Specs that are to catch it, from the root of the repository; the first that does is enough. */
  readonly specs: readonly string[]
}

/**
 * The file with the fault in it.
 *
 * @param source - of the mutant's file, as it is
 * @throws an error that names the mutant when its text does not occur there exactly once, or nothing would change
 */
export const mutate = ({ name, file, text, becomes }: Mutant, source: string): string => {
  const times = text === '' ? 0 : source.split(text).length - 1
  if (times !== 1)
    throw new Error(
      `"${name}" does not apply: its text occurs ${times} times in ${file}, and has to occur once; bring it up to date:\n${text}`,
    )
  if (text === becomes) throw new Error(`"${name}" changes nothing in ${file}: say what becomes of its text`)
  // a function: `$&` in a replacement is no text to replace() otherwise
  return source.replace(text, () => becomes)
}
