import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from legion_ros.core import LegionError
from legion_ros.skills.reader import ChatReader, ChatReaderConfig, ReaderError


def chat(text):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})


@pytest.fixture
def server():
    """A chat endpoint on this machine; `answer` is (status, body, seconds to wait), `asked` what came in."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            http.asked.append((self.path, dict(self.headers), json.loads(body)))
            status, answer, wait = http.answer
            time.sleep(wait)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", answer)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(OSError):  # who asked may have gone
                for start in range(0, len(answer), 20):
                    self.wfile.write(answer[start : start + 20].encode())
                    time.sleep(http.drip)

        def log_message(self, *arguments):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.asked, http.answer, http.drip = [], (200, chat("in(red_can, bin)"), 0.0), 0.0
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield http
    http.shutdown()
    http.server_close()


def reader(http, **options):
    url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    return ChatReader(ChatReaderConfig(url=url, model="small", **options))


def test_the_endpoint_is_asked_as_a_chat_and_its_text_comes_back(server):
    text = reader(server, key="secret").read("bin it", ["red_can", "bin"], ["in"])
    assert text == "in(red_can, bin)"
    ((path, headers, body),) = server.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert (body["model"], body["temperature"]) == ("small", 0)
    said = json.loads(body["messages"][1]["content"])
    assert said == {"instruction": "bin it", "names": ["red_can", "bin"], "predicates": ["in"]}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "broken"),
        (401, "{}"),
        (200, "not json"),
        (200, "{}"),
        (200, '{"choices": []}'),
        (200, '{"choices": [{"message": {"content": null}}]}'),
        (200, '{"choices": [{"message": {"content": ["in(red_can, bin)"]}}]}'),
        (200, "[1]"),
        (302, "http://127.0.0.1:9/v1/chat/completions"),
    ],
)
def test_no_answer_that_is_text_is_an_error(server, status, body):
    server.answer = (status, body, 0.0)
    with pytest.raises(ReaderError, match="the language model"):
        reader(server).read("bin it", [], [])


def test_an_answer_that_does_not_come_in_time_is_an_error(server):
    server.answer = (200, chat("in(red_can, bin)"), 1.0)
    with pytest.raises(ReaderError, match="gave no answer"):
        reader(server, timeout=0.2).read("bin it", [], [])


def test_an_answer_that_comes_in_drops_is_an_error_when_the_time_is_over(server):
    server.drip = 0.15
    with pytest.raises(ReaderError, match="no whole answer within 0.3 s"):
        reader(server, timeout=0.3).read("bin it", [], [])


def test_nobody_there_is_an_error(server):
    quiet = reader(server, timeout=1.0)
    server.shutdown()
    server.server_close()
    with pytest.raises(ReaderError, match="gave no answer"):
        quiet.read("bin it", [], [])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"url": "http://example.com/v1"}, "example.com is another machine"),
        ({"url": "file:///etc/passwd"}, "is no address"),
        ({"url": "localhost:8000"}, "is no address"),
        ({"model": ""}, "needs a name"),
        ({"timeout": 0.0}, "timeout of 0.0 s is not valid"),
    ],
)
def test_where_to_ask_must_be_valid_and_this_machine(options, reason):
    with pytest.raises(LegionError, match=reason):
        ChatReaderConfig(**({"url": "http://localhost:8000/v1", "model": "small"} | options))


def test_another_machine_is_asked_only_where_that_is_allowed():
    assert ChatReaderConfig(url="https://example.com/v1", model="small", remote=True).remote


def test_it_is_off_unless_the_environment_names_an_address(monkeypatch):
    for name in ("URL", "MODEL", "KEY", "REMOTE"):
        monkeypatch.delenv(f"LEGION_READER_{name}", raising=False)
    assert ChatReaderConfig.from_environment() is None
    monkeypatch.setenv("LEGION_READER_URL", "http://localhost:8000/v1")
    monkeypatch.setenv("LEGION_READER_MODEL", "small")
    assert ChatReaderConfig.from_environment() == ChatReaderConfig(
        url="http://localhost:8000/v1", model="small"
    )
