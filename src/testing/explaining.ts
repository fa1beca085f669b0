import type { AssertDeepEqual } from './lane.js'

/**
 * Lets a message stand in front of what the runner itself has to say, also where the runner's function takes none.
 */
export const explaining =
  (assertDeepEqual: AssertDeepEqual): AssertDeepEqual =>
  (actual, expected, message) => {
    try {
      assertDeepEqual(actual, expected, message)
    } catch (error) {
      if (message !== undefined && error instanceof Error && !error.message.includes(message)) {
        const { message: own, stack } = error
        error.message = own === '' ? message : `${message}\n\n${own}`
        // some runners print the stack, which was made of the message before
        if (stack?.includes(own) === true) error.stack = stack.replace(own, () => error.message)
      }
      throw error
    }
  }
