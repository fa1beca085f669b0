import { tabs } from 'sluice/browser'
import { serveConformance } from 'sluice/testing'
import { aloud } from './aside.js'
import { dom, parameter } from './dom.js'
import { shown } from './mirror.js'

const aside = parameter('aside')

if (aside !== '') shown(tabs(), aloud(aside))
else
  tabs()
    .pipe(serveConformance({ name: String(Math.random()), exit: () => dom.close() }))
    .subscribe()
