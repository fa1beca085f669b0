import { fromHost } from 'sluice/browser'
import { serveConformance } from 'sluice/testing'
import { aloud } from './aside.js'
import { dom, parameter } from './dom.js'
import { shown } from './mirror.js'

const aside = parameter('aside')

if (aside !== '') shown(fromHost(), aloud(aside))
else
  fromHost()
    .pipe(serveConformance({ name: dom.name, exit: () => dom.close() }))
    // the list cuts pipes on purpose: that is the end of this far program, and no surprise
    .subscribe({ error: () => undefined })
