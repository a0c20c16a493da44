internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import WireProtocol

/// The connections of one listener: HTTP/1.1, one call after the other. The task that answers a connection's calls runs on
/// the connection's own event loop, so that a call which only reads the store changes threads nowhere.
struct APIChannel: ServerChildChannel {
    struct Connection: ServerChildChannelValue {
        let channel: any Channel
        let exchanges: NIOLoopBound<ExchangeHandler>
    }

    let frontDoor: FrontDoor

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let frontDoor = self.frontDoor
            let exchanges = ExchangeHandler(maximumBody: FrontDoor.maximumBody) { frontDoor.streamsBody(of: $0) }
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: true, withErrorHandling: true)
            try channel.pipeline.syncOperations.addHandler(exchanges)
            return Connection(channel: channel, exchanges: NIOLoopBound(exchanges, eventLoop: channel.eventLoop))
        }
    }

    /// Returns when the connection has ended.
    func handle(value connection: Connection, logger: Logger) async {
        await withTaskCancellationHandler {
            await withTaskExecutorPreference(EventLoopExecutor(connection.channel.eventLoop)) {
                let exchanges = connection.exchanges.value
                while let arrival = await exchanges.next() {
                    switch arrival {
                    case .request(let request):
                        let response = await self.frontDoor.respond(to: request)
                        if let source = response.stream {
                            await exchanges.answer(response, streaming: source)
                        } else {
                            exchanges.answer(response)
                        }
                    case .oversized(let request): exchanges.answer(self.frontDoor.refuseBody(of: request))
                    }
                }
            }
        } onCancel: {
            connection.channel.close(promise: nil)
        }
    }
}
