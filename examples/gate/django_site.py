"""A site behind a waiting room, with Django. Only admitted visitors can enter.

    pip install beekeeper-waiting-room django
    eval "$(python -m beekeeper keys show --format env)"
    python examples/gate/django_site.py     # or a server for production:
    gunicorn --chdir examples/gate django_site:application

In a site of your own, the gate is two lines in ``wsgi.py``.
"""

import os
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from beekeeper.gate import Gate

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def shop(request: HttpRequest) -> HttpResponse:
    visitor = request.META["beekeeper.sub"]  # allow one order for each
    return HttpResponse("Welcome. Your turn has come.", headers={"X-Visitor": visitor})


urlpatterns = [path("health", health), re_path("", shop)]

# The gate stands before Django, and lets the health check of the load balancer through.
gate = Gate.from_environment(exempt_paths=["/health"])
application = gate.wsgi(get_wsgi_application())

if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ.get("PORT", "8000")), application).serve_forever()
