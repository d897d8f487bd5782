"""The whole house as one web application."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController

from concierge.desk.ready_days import ReadyDays, load_search
from concierge.maps.osrm import Osrm
from concierge.maps.travel import Roads
from concierge.settings import Settings, from_environment
from concierge.store.engine import open_engine
from concierge.web import (
    api,
    assets,
    client,
    demo,
    dispatch,
    field,
    follow,
    garments,
    health,
    lost,
    sign_in,
)
from concierge.web.doors import Doors
from concierge.web.guards import only_in_their_hub, only_those_allowed
from concierge.web.headers import Headers
from concierge.web.hosts import OurHosts, PlainPaths
from concierge.web.live import Live
from concierge.web.logs import RequestLog, set_up_logs
from concierge.web.pages import Pages
from concierge.web.problems import HANDLERS
from concierge.web.session import NO_SESSION, Sessions
from payments.stripe_gateway import StripeGateway


class Metrics(PrometheusController):
    """Figures for Prometheus, by route shape; nobody's data."""

    include_in_schema = False
    opt = {NO_SESSION: True}  # noqa: RUF012 - the controller's own way to say it


LARGEST_BODY = 1_000_000
"""Bytes; a route that takes photographs says so itself."""


def create_app(settings: Settings | None = None) -> Litestar:
    """The application for these settings, or for those of the environment."""
    settings = settings or from_environment()
    set_up_logs()
    metrics = PrometheusConfig(app_name="concierge", prefix="concierge", group_path=True)
    rooms = [assets, follow, health, sign_in, client, field, dispatch, api]
    if settings.demo:
        rooms.append(demo)
    rooms.append(lost)
    return Litestar(
        route_handlers=[
            assets.assets,
            Metrics,
            garments.garment,
            *(handler for room in rooms for handler in room.handlers),
        ],
        lifespan=[_opened(settings)],
        middleware=[
            OurHosts(settings),
            PlainPaths(),
            RequestLog(),
            metrics.middleware,
            Sessions(),
        ],
        guards=[only_those_allowed, only_in_their_hub],
        exception_handlers=HANDLERS,
        before_send=[Headers(settings)],
        request_max_body_size=LARGEST_BODY,
        multipart_form_part_limit=10,
        openapi_config=OpenAPIConfig(
            title="Concierge",
            version="1",
            description="Pieces brought home, tried, and only what is kept is charged.",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        logging_config=None,
        debug=False,
    )


def end_streams(app: Litestar) -> None:
    """End every live stream. To be called when told to stop: servers wait for open answers."""
    if "doors" in app.state:
        app.state.doors.live.close()


def _opened(settings: Settings) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def opened(app: Litestar) -> AsyncGenerator[None]:
        """Hold every door open for as long as the application lives."""
        async with AsyncExitStack() as held:
            engine = open_engine(settings.database_url)
            held.push_async_callback(engine.dispose)
            osrm = settings.osrm_url and await held.enter_async_context(Osrm(settings.osrm_url))
            gateway = StripeGateway(
                settings.payments_key,
                settings.payments_base,
                timeout_s=settings.payments_patience_s,
            )
            await held.enter_async_context(gateway)
            live = Live(engine, settings.database_url)
            await held.enter_async_context(live.listening())
            app.state.doors = Doors(
                settings=settings,
                engine=engine,
                roads=Roads(osrm or None),
                gateway=gateway,
                live=live,
                pages=Pages(settings),
                days=ReadyDays(),
                search=load_search(),
            )
            yield

    return opened
