"""Leads a WebSocket test suite, which knows hosts and ports alone, to a stage's path."""

import asyncio
import threading


class SuiteProxy:
    """A port whose connections go to `path` on the port of a stage; use it in a `with` statement."""

    def __init__(self, stage_port, path):
        self.stage_port = stage_port
        self.path = path

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.lead, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self.stop(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def stop(self):
        self.server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def lead(self, from_suite, to_suite):
        from_stage, to_stage = await asyncio.open_connection("127.0.0.1", self.stage_port)
        method, _, version = (await from_suite.readline()).split(b" ")
        to_stage.write(b" ".join([method, self.path.encode(), version]))
        while (header := await from_suite.readline()).strip():
            # The stage answers under its own name alone.
            is_host = header.lower().startswith(b"host:")
            to_stage.write(b"Host: localhost:%d\r\n" % self.stage_port if is_host else header)
        to_stage.write(b"\r\n")
        await asyncio.gather(pipe(from_suite, to_stage), pipe(from_stage, to_suite))


async def pipe(reader, writer):
    """Passes bytes on until either side has ended; a reset is passed on as the end that it is."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
