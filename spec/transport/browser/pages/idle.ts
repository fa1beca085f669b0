// a page that says nothing, and a worker that never comes to fromHost()
export {}
