import { newWebSocketRpcSession } from 'capnweb'
import { WebSocket as WsWebSocket } from 'ws'
import { serveBench } from '../../harness/server.js'
import { webSocketServer } from '../web-socket-server.js'
import { Api } from './api.js'

// Node 20 has no WebSocket of its own
Object.assign(globalThis, { WebSocket: WsWebSocket })

serveBench(() => webSocketServer(socket => void newWebSocketRpcSession(socket as unknown as WebSocket, new Api())))
