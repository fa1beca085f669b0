import { InvalidOption } from './invalid-option.js'

/** What an option may be: a test, and in words. */
export interface Rule {
  readonly holds: (value: unknown) => boolean
  readonly wanted: string
}

/** For each option that is looked at, what it may be, or the same of the options in it. */
export interface Rules {
  readonly [option: string]: Rule | Rules
}

const isNumber = (value: unknown): value is number => typeof value === 'number'

/** A time in milliseconds. */
export const duration: Rule = {
  holds: value => isNumber(value) && value >= 0,
  wanted: 'milliseconds, 0 or more, or Infinity',
}

/** A time in milliseconds that goes straight to a timer of the platform: one that is asked for more rings at once. */
export const timerDuration: Rule = {
  holds: value => isNumber(value) && value >= 0 && value <= 0x7fff_ffff,
  wanted: 'milliseconds from 0 to 2,147,483,647',
}

/** How many of something, or how many bytes. */
export const count: Rule = {
  holds: value => isNumber(value) && value >= 0 && (value === Infinity || Number.isInteger(value)),
  wanted: 'a whole number, 0 or more, or Infinity',
}

/** The same where none would mean that nothing ever happens. */
export const countFrom1: Rule = {
  holds: value => count.holds(value) && value !== 0,
  wanted: 'a whole number, 1 or more, or Infinity',
}

/** A number of 32 bits, which the far end is told. */
export const uint32: Rule = {
  holds: value => isNumber(value) && Number.isInteger(value) && value > 0 && value <= 0xffff_ffff,
  wanted: 'a whole number from 1 to 4,294,967,295',
}

/** A number from one to another. */
export const between = (least: number, most: number): Rule => ({
  holds: value => isNumber(value) && value >= least && value <= most,
  wanted: most === Infinity ? `a number, ${least} or more` : `a number from ${least} to ${most}`,
})

/** One of some words. */
export const oneOf = (...words: readonly string[]): Rule => ({
  holds: value => words.includes(value as string),
  wanted: words.map(word => `'${word}'`).join(', '),
})

const isRule = (rule: Rule | Rules): rule is Rule => typeof rule.holds === 'function'

/**
 * Looks at options before anything is done with them; what is not given is not looked at.
 *
 * @param where - whose options, such as `peer`: leads the message
 * @param options - an object, or nothing
 * @throws InvalidOption for the first that cannot be
 */
export const checkOptions = (where: string, options: unknown, rules: Rules): void => {
  if (typeof options !== 'object' || options === null) return
  for (const [name, rule] of Object.entries(rules)) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value === undefined) continue
    if (!isRule(rule)) checkOptions(`${where}.${name}`, value, rule)
    else if (!rule.holds(value)) throw new InvalidOption(`${where}.${name}`, value, rule.wanted)
  }
}
