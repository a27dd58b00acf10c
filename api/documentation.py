"""Pages for people: `/docs`, which needs no internet, and a page for each problem, where its `type` leads."""

from functools import cache
from html import escape
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

from api.openapi import describe
from shared.errors import NotFound, every_problem

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent / "static" / "swagger-ui"
_FILES = {path.name: path for path in _STATIC.iterdir()}
_PROBLEMS = {kind.code: kind for kind in every_problem()}

# Nothing from elsewhere and no script in the page. Swagger UI sets styles on its elements and draws its icons as data.
_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tunewright: the API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</head>
<body><div id="swagger-ui"></div></body>
</html>
"""

_PROBLEM = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{code}</title></head>
<body><h1>{title}</h1><p><code>{code}</code>, status {status} {phrase}</p><p>{meaning}</p></body>
</html>
"""


def install(app: FastAPI) -> None:
    """Serve the pages, and the document of the app's routes; that is made when it is first asked for, and then kept."""
    document = cache(describe)

    def openapi(_: Request) -> JSONResponse:
        return JSONResponse(document(app))

    app.include_router(router)
    app.add_route("/openapi.json", openapi, include_in_schema=False)


@router.get("/docs")
async def show_docs() -> HTMLResponse:
    """The API's routes, to read and to try."""
    return HTMLResponse(_DOCS, headers=_POLICY)


@router.get("/docs/{name}")
async def show_docs_file(name: str) -> FileResponse:
    """One of the files that the page is made of."""
    if name not in _FILES:
        raise NotFound("path")
    return FileResponse(_FILES[name], headers=_POLICY)


@router.get("/problems/{code}")
async def show_problem(code: str) -> HTMLResponse:
    """What a problem's `type` says."""
    if code not in _PROBLEMS:
        raise NotFound("problem")
    kind = _PROBLEMS[code]
    status = HTTPStatus(kind.status)
    page = _PROBLEM.format(
        code=code,
        title=escape(kind.title),
        status=int(status),
        phrase=escape(status.phrase),
        meaning=escape(" ".join((kind.__doc__ or "").split())),
    )
    return HTMLResponse(page, headers=_POLICY)
