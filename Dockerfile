# The server as an image: docker build --tag plangate .
# docs/operations.md ("In a container") has the options to run it with; compose.yml sets them. The image was not built
# where Plangate is developed: `python -m tools.image` runs these steps in another root instead.
# Before production, pin the base by the digest that `docker buildx imagetools inspect python:3.11-slim-bookworm` shows.
FROM python:3.11-slim-bookworm AS build
WORKDIR /source
COPY requirements.txt requirements-build.txt ./
# Dependencies come by their hashes, and as wheels: nothing of them runs during the build. The image gets no pip of ours.
RUN python -m venv /opt/build \
    && python -m venv --without-pip /opt/plangate \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-build.txt \
    && /opt/build/bin/pip --python /opt/plangate/bin/python install --no-cache-dir --require-hashes --only-binary :all: \
       -r requirements.txt
COPY . .
RUN /opt/build/bin/python -m hatchling build -t wheel -d /wheel \
    && /opt/build/bin/pip --python /opt/plangate/bin/python install --no-cache-dir --no-index --no-deps /wheel/*.whl

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 plangate \
    && useradd --no-log-init --uid 10001 --gid 10001 --home-dir /var/lib/plangate --shell /usr/sbin/nologin plangate \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/plangate
COPY --from=build /opt/plangate /opt/plangate
ENV PATH=/opt/plangate/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PLANGATE_DIRECTORY=/var/lib/plangate \
    PLANGATE_HOST=0.0.0.0 \
    PLANGATE_PORT=8080
USER 10001:10001
WORKDIR /var/lib/plangate
VOLUME /var/lib/plangate
EXPOSE 8080
# Not /readyz: it writes 25 MB.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["plangate"]
CMD ["serve"]
