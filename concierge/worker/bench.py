"""What a worker has at hand while it works."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.maps.osrm import Osrm
from concierge.maps.travel import Roads
from concierge.settings import Seller, Settings
from concierge.store.engine import open_engine
from payments.stripe_gateway import StripeGateway

from .solving import SolverProcess


@dataclass(frozen=True, slots=True)
class Bench:
    """The database, the payments provider, the roads, and a solver in a process of its own."""

    engine: AsyncEngine
    gateway: StripeGateway
    roads: Roads
    solver: SolverProcess
    base_url: str
    """How clients reach us: for links in letters."""
    seller: Seller
    """Who stands on a receipt."""

    @classmethod
    def lay(cls, settings: Settings, *, hands: int) -> Self:
        """Everything as the settings say, a connection for each hand; nothing is called yet."""
        return cls(
            engine=open_engine(settings.database_url, size=hands),
            gateway=StripeGateway(
                settings.payments_key,
                settings.payments_base,
                timeout_s=settings.payments_patience_s,
            ),
            roads=Roads(Osrm(settings.osrm_url) if settings.osrm_url else None),
            solver=SolverProcess(),
            base_url=settings.base_url,
            seller=settings.seller,
        )

    async def clear(self) -> None:
        """Put everything back."""
        self.solver.close()
        await self.gateway.close()
        await self.roads.close()
        await self.engine.dispose()
