# One image for every process of cli/processes.py; docker-compose.yml says which one a container runs.
FROM python:3.12.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.12.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home tintinh \
    && install -d -o tintinh -g tintinh -m 700 /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY pipeline pipeline
COPY search search
COPY feeds feeds
COPY tasks tasks
COPY web web
COPY cli cli
COPY adapters adapters
COPY deploy/entrypoint deploy/entrypoint
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    TINTINH_DATA=/data \
    TINTINH_HOST=0.0.0.0
USER tintinh
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "cli", "alive", "web"]
ENTRYPOINT ["/app/deploy/entrypoint"]
CMD ["python", "-m", "cli", "web"]
