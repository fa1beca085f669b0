import { parentWindow } from 'sluice/browser'
import { serveConformance } from 'sluice/testing'
import { aloud } from './aside.js'
import { dom, parameter } from './dom.js'
import { shown } from './mirror.js'

const pipes$ = parentWindow({ origin: parameter('parent') })
const aside = parameter('aside')

if (aside !== '') shown(pipes$, aloud(aside))
else
  setTimeout(
    () => pipes$.pipe(serveConformance({ name: String(Math.random()), exit: () => dom.location.reload() })).subscribe(),
    Number(parameter('after')),
  )
