# One image for the API, the worker, the beat, the migrations and the sandbox: only the command differs.

FROM ghcr.io/astral-sh/uv:0.13 AS uv

FROM python:3.13-slim AS build
COPY --from=uv /uv /usr/local/bin/uv
WORKDIR /srv/tunewright
COPY pyproject.toml uv.lock ./
# Without the development tools and without the embedded servers, which are for one machine.
RUN uv sync --frozen --no-default-groups --compile-bytecode

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tunewright \
    && install -d -o tunewright -g tunewright -m 0700 /var/lib/tunewright /var/lib/tunewright-sandbox
WORKDIR /srv/tunewright
COPY --from=build /srv/tunewright/.venv .venv
COPY api api
COPY worker worker
COPY shared shared
COPY migrations migrations
COPY sandbox sandbox
ENV PATH=/srv/tunewright/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TUNEWRIGHT_STORAGE_DIR=/var/lib/tunewright
USER 10001:10001
VOLUME ["/var/lib/tunewright", "/var/lib/tunewright-sandbox"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["uvicorn", "--factory", "api.app:create_app", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--timeout-graceful-shutdown", "5"]
