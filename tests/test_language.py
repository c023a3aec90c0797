"""Each language is told by its script or its small words."""

import pytest

from extract.language import UNKNOWN, language


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "We collect the data that you give us when you use our service."),
        ("de", "Wir verarbeiten Ihre Daten, um die Dienste zu erbringen, und geben sie nicht weiter."),
        ("fr", "Nous traitons vos données pour les finalités suivantes et ne les partageons pas."),
        ("es", "Utilizamos sus datos para prestar los servicios y no los compartimos con terceros."),
        ("it", "Trattiamo i dati dell'utente per fornire il servizio e non sono condivisi con terzi."),
        ("pt", "Usamos os seus dados para prestar os serviços e não os partilhamos com terceiros."),
        ("nl", "Wij verwerken uw gegevens om de diensten te leveren en delen deze niet met derden."),
        ("ru", "Мы обрабатываем ваши данные."),
        ("uk", "Ми обробляємо ваші дані, щоб її захистити."),
        ("ja", "当社は個人情報を取り扱います。"),
        ("zh", "我们处理您的个人信息。"),
        ("ar", "نحن نعالج بياناتك الشخصية"),
        ("en", "We share your data with 微信 and with 支付宝 when you pay."),
        (UNKNOWN, "12 345, 678"),
        (UNKNOWN, ""),
    ],
)
def test_language(tag: str, text: str) -> None:
    assert language(text) == tag
