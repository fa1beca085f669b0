/**
 * A state machine as a function: what is, and what happens, give what is next and what to do about it.
 *
 * It takes no clock, no socket and no Observable: time comes in as an event, effects go out as commands.
 */
export type Step<State, Event, Command> = (state: State, event: Event) => readonly [State, readonly Command[]]
