from cms.models.home import HomePage
from cms.models.parks import ParkIndexPage, ParkPage
from cms.models.settings import SiteSettings

__all__ = ["HomePage", "ParkIndexPage", "ParkPage", "SiteSettings"]
