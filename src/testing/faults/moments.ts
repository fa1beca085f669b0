import { map, merge, timer, type Observable } from 'rxjs'
import { parse } from '../diagram.js'

/**
 * Emits the letters of a diagram at their times from subscription on. A column is a millisecond, also where time is real.
 *
 * @throws Error when the diagram cannot be read
 */
export const moments = (diagram: string): Observable<string> =>
  merge(...parse(diagram).map(({ at, letter }) => timer(at).pipe(map(() => letter))))
