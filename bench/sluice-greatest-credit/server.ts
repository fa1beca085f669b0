import '../sluice/server.js'
